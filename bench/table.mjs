const widths = [14, 17, 17, 17, 17, 15, 15, 7];
const columns = ['case', 'ours, wall s', 'ours, CPU s', 'peer, wall s', 'peer, CPU s', 'ratio wall', 'ratio CPU', 'others'];

export const header = `${row(columns)}\n${row(['', ...Array(6).fill('min / median'), 'cores'])}`;

/** Minimum and median of each side, and ours divided by the peer's. */
export function summary(ours, theirs) {
  const spread = (runs, key) => {
    const sorted = runs.map((run) => run[key]).sort((one, other) => one - other);
    const middle = sorted.length / 2;
    return { minimum: sorted[0], median: (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2 };
  };
  if (ours[0].megabytes) {
    const [own, other] = [ours[0].megabytes, theirs[0]?.megabytes];
    return { ours: { megabytes: own }, ...(other && { theirs: { megabytes: other }, ratioSize: own / other }) };
  }
  const own = { wall: spread(ours, 'wall'), cpu: spread(ours, 'cpu') };
  if (theirs.length === 0) return { ours: own };
  const other = { wall: spread(theirs, 'wall'), cpu: spread(theirs, 'cpu') };
  return {
    ours: own,
    theirs: other,
    ratioWall: own.wall.minimum / other.wall.minimum,
    ratioWallMedian: own.wall.median / other.wall.median,
    ratioCpu: own.cpu.minimum / other.cpu.minimum,
    ratioCpuMedian: own.cpu.median / other.cpu.median,
  };
}

export function line(result) {
  if (result.skipped) return `${row([result.name, 'skipped'])}\n  ${result.skipped}`;
  const { name, work, peer, target, absent, agrees, ours, theirs, ratioWall, ratioWallMedian, ratioCpu, ratioCpuMedian, otherCores } =
    result;
  const targets = target ? [`to reach: ${target} of its CPU time`] : [];
  const notes = [work, peer ? `peer: ${peer}` : `no peer: ${absent}`, ...targets, ...(agrees === false ? ['RESULTS DIFFER'] : [])];
  if (ours.megabytes) {
    const sizes = [ours, theirs].map((side) => (side ? `${digits(side.megabytes)} MB` : 'absent'));
    const ratio = theirs ? [`ratio ${digits(result.ratioSize)}`] : [];
    return `${row([name, sizes[0], '', sizes[1], '', ...ratio])}\n  ${notes.join('; ')}`;
  }
  const pair = ({ minimum, median }) => `${digits(minimum)} / ${digits(median)}`;
  const figures = theirs
    ? [
        pair(theirs.wall),
        pair(theirs.cpu),
        `${digits(ratioWall)} / ${digits(ratioWallMedian)}`,
        `${digits(ratioCpu)} / ${digits(ratioCpuMedian)}`,
      ]
    : ['absent', 'absent', '', ''];
  return `${row([name, pair(ours.wall), pair(ours.cpu), ...figures, String(otherCores)])}\n  ${notes.join('; ')}`;
}

function row(cells) {
  return cells
    .map((cell, at) => cell.padEnd(widths[at]))
    .join(' ')
    .trimEnd();
}

function digits(value) {
  return value.toPrecision(3).replace(/(\d{3,})\.\d*/, '$1');
}
