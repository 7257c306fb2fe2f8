// The half of the recipe that needs no files: what a page (`npx s3 serve`) bundles.
import { ecapaTdnn } from '@s3/downstream';
import superbAsv from '@s3/superb-asv/task';

const task: ReturnType<typeof superbAsv.with<{ downstream: typeof ecapaTdnn }>> = superbAsv.with(
  { downstream: ecapaTdnn },
  { name: 'my-name', summary: 'Speaker verification with ECAPA-TDNN' },
);
export default task;
