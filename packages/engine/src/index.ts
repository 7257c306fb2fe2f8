export { type EngineReport, inspectEngines } from './install/inspect-engines.ts';
export { type InstallNativeOptions, installNativeEngine, removeNativeEngine } from './install/install-native-engine.ts';
export { engineCacheDir, type InstalledNative, installedNatives } from './install/installed-native.ts';
export { engineNames, selectEngine } from './select-engine.ts';
