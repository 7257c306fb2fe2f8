/** What is used of WebGPU's adapter. */
export interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

/** A processor that plays a GPU, slower than wasm: good for tests alone. */
export function isSoftware({ info }: Adapter): boolean {
  return info.isFallbackAdapter === true || softwareNames.test(`${info.architecture} ${info.device} ${info.description}`);
}

/** A name for people: `nvidia-geforce-rtx-4090`, or what of it the driver tells. */
export function adapterName({ info }: Adapter): string {
  const { vendor, architecture, device, description } = info;
  return isName(device) ? device.replace(/-+$/, '') : [vendor, architecture].filter(Boolean).join(' ') || description || 'an unnamed GPU';
}

/** Some drivers give a number in place of a name. */
const isName = (device: string) => /[a-z]{3}/i.test(device) && !/^0x/i.test(device);
