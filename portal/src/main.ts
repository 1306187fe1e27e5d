import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import App from './app/App.svelte';

// Named from where the first page is (vite.config.js): said whole, since the address changes and nothing is loaded anew.
const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')!;
icon.href = icon.href.toString();

mount(App, { target: document.body });
