import { buildPackage } from '../../tsup.base.ts';

export default buildPackage({
  index: 'src/index.ts',
  commands: 'src/commands.ts',
  'installed-recipes': 'src/installed-recipes.ts',
  recipes: 'src/recipes.ts',
});
