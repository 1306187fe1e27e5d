import 'reflect-metadata';
import { Command } from 'commander';
import { VERSION } from '../common/version.js';
import { importCommand } from './import.command.js';

await new Command('tallygate')
  .description('API keys, credits and usage analytics in front of MCP tools')
  .version(VERSION)
  .addCommand(importCommand())
  .parseAsync();
