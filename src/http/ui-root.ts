/** Below which path the portal is; its pages read it, too. */
export const UI_ROOT = '/ui/';
