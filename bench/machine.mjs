import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** What the figures were measured on. */
export function machine() {
  return {
    processor: cpus()[0]?.model ?? 'unknown processor',
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.versions.node,
    loadBefore: Number(loadavg()[0].toFixed(2)),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** CPU time of this process so far, all threads, in seconds. */
export function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Starts watching; the answer takes the peer's CPU seconds and says how many cores other programs kept busy meanwhile. */
export function otherLoad() {
  const start = { busy: busySeconds(), own: cpuSeconds(), wall: performance.now() };
  return (peerCpu) => {
    const elapsed = (performance.now() - start.wall) / 1000;
    const others = busySeconds() - start.busy - (cpuSeconds() - start.own) - peerCpu;
    return Number(Math.max(0, others / elapsed).toFixed(2));
  };
}

function busySeconds() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}
