// Before `npm run lint`, `typecheck`, `format` and `jest`: what they need and `npm ci` left out.
import { ensureTestsInstalled } from './ensure.mjs';

ensureTestsInstalled();
