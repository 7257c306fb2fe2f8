import { fileURLToPath } from "node:url";

/** Absolute path of `train.csv`: columns `id`, `wav_path`, `spk`. */
export const trainCsv = fileURLToPath(new URL("../train.csv", import.meta.url));

/** Absolute path of `trials.csv`: columns `id1`, `id2`, `wav_path1`, `wav_path2`, `label` and more. */
export const trialsCsv = fileURLToPath(new URL("../trials.csv", import.meta.url));

/** Absolute path of `manifest.csv`: one row for each recording. */
export const manifestCsv = fileURLToPath(new URL("../manifest.csv", import.meta.url));
