import importlib.metadata
import subprocess
import sys


def peer():
    return f"S3PRL {importlib.metadata.version('s3prl')} python -m s3prl.main"


def prepare(folder):
    def run():
        subprocess.run([sys.executable, "-m", "s3prl.main"], cwd=folder, capture_output=True, check=True)
        return []

    return run
