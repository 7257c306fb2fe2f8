#!/bin/sh
# Installs the peers that bench/run.mjs compares with, in the versions that the recorded figures are of.
# setup-peers.sh [FOLDER]   a Python environment, bench/.venv unless named; needs Python 3.9 to 3.12 with venv, and 6 GB
set -eu
folder=${1:-$(dirname "$0")/.venv}
"${PYTHON:-python3}" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet \
  torch==2.5.1 torchaudio==2.5.1 soundfile==0.14.0 librosa==0.11.0 s3prl==0.4.18 transformers==4.46.3 \
  'numpy<3' scikit-learn scipy pandas editdistance tensorboard==2.18.0 sed_eval more_itertools intervaltree python-dotenv mutagen 'setuptools>=65.5.1,<81'
"$folder/bin/python" - <<'END'
import soundfile, torchaudio
from s3prl.nn import S3PRLUpstream
from s3prl.problem import SuperbASV
from s3prl.task.speaker_verification_task import SpeakerVerification
END
echo "peers are in $folder"
