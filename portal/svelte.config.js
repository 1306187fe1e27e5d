import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** A warning about accessibility is a mistake: the build fails. */
export default {
  preprocess: vitePreprocess(),
  onwarn(warning) {
    throw new Error(`${warning.filename ?? ''}: ${warning.code}: ${warning.message}`);
  },
};
