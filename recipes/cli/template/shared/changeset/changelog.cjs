// What `changeset version` writes into each package's CHANGELOG.md: the sentences for users, without marks of commits.
module.exports = {
  getReleaseLine: async ({ summary }) => `- ${summary.trim().replace(/\n/g, '\n  ')}`,
  getDependencyReleaseLine: async (_, dependencies) => {
    const updated = dependencies.map(({ name, newVersion }) => `${name} ${newVersion}`);
    return updated.length > 0 ? `- Comes with ${updated.join(', ')}.` : '';
  },
};
