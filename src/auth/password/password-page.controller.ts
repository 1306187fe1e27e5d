import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { AppConfig } from '../../config/app-config.js';
import { PASSWORD_MIN, PASSWORD_MAX } from '../../config/sections/bounds.js';

/**
 * The page that a password link opens: the portal's, and where there is no portal one that needs nothing but itself. Both ask what
 * `POST /api/auth/password-link` takes.
 */
@ApiExcludeController()
@Controller()
export class PasswordPageController {
  constructor(private readonly config: AppConfig) {}

  @Get('password')
  @Header('Cache-Control', 'no-store')
  @Header('Referrer-Policy', 'no-referrer')
  page(@Res() response: Response): void {
    // Relative, since a proxy may have given the gateway a path. A browser takes along what stands behind `#`.
    if (this.config.values.portal.enabled) response.redirect('ui/password');
    else response.type('html').send(PAGE);
  }

  /** A file of its own, since the content security policy lets no script into a page. */
  @Get('password.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  script(): string {
    return SCRIPT;
  }
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Set your password · Tallygate</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f6f7f9, #14161a);
    color: light-dark(#1a1d23, #e8eaee); }
  main { box-sizing: border-box; width: min(24rem, 100vw); padding: 1.5rem; }
  h1 { font-size: 1.5rem; margin: 0 0 1rem; }
  label { display: block; margin-top: 1rem; font-weight: 600; }
  input, button { box-sizing: border-box; width: 100%; font: inherit; padding: .6rem .75rem; border-radius: .5rem; margin-top: .25rem; }
  input { border: 1px solid light-dark(#8a909c, #6b7280); background: light-dark(#fff, #1d2026); color: inherit; }
  button { margin-top: 1.5rem; border: 0; background: #1d5fd1; color: #fff; font-weight: 600; cursor: pointer; }
  button:disabled { opacity: .6; cursor: default; }
  :focus-visible { outline: 3px solid light-dark(#1d5fd1, #8ab4f8); outline-offset: 2px; }
  #says { min-height: 3rem; margin: 1rem 0 0; }
</style>
</head>
<body>
<main>
  <h1>Set your password</h1>
  <form id="form">
    <label for="password">New password, at least ${PASSWORD_MIN} characters</label>
    <input id="password" type="password" autocomplete="new-password" minlength="${PASSWORD_MIN}" maxlength="${PASSWORD_MAX}" required autofocus>
    <label for="again">The same again</label>
    <input id="again" type="password" autocomplete="new-password" maxlength="${PASSWORD_MAX}" required>
    <button id="set">Set password</button>
  </form>
  <p id="says" role="status"></p>
</main>
<noscript><p>This page needs JavaScript.</p></noscript>
<script src="password.js"></script>
</body>
</html>
`;

const SCRIPT = `const at = (id) => document.getElementById(id);
const say = (words) => (at('says').textContent = words);
const token = location.hash.slice(1);
if (!token) say('This link is not whole. Copy all of it, also what stands behind "#".');

at('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (at('password').value !== at('again').value) return say('The two passwords differ.');
  at('set').disabled = true;
  try {
    const body = JSON.stringify({ token, new_password: at('password').value });
    const answer = await fetch('api/auth/password-link', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    if (answer.ok) {
      at('form').remove();
      history.replaceState(null, '', location.pathname);
      return say('Your password is set. You can log in with it now.');
    }
    const { detail } = await answer.json();
    say(typeof detail === 'string' ? detail : 'This link is not whole, or the password is too short.');
  } catch {
    say('The gateway cannot be reached. Try again in a moment.');
  }
  at('set').disabled = false;
});
`;
