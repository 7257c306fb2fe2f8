import { buildPackage } from '../../tsup.base.ts';

export default buildPackage({ recipe: 'recipe.ts', 'task-recipe': 'task-recipe.ts' });
