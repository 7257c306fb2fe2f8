/** Samples of all channels that are held in memory at most: 50 minutes of mono at 44.1 kHz, more than two hours at 16 kHz. */
export const mostDecodedBytes = 2 ** 29;

export const expectedToDecode = 'one that fits into the memory of a page when it is decoded whole';
export const remedyToDecode = 'Cut it, or convert it to WAV, which is read piece by piece: ffmpeg -i OLD NEW.wav.';
