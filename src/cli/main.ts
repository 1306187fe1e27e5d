#!/usr/bin/env node
import 'reflect-metadata';
import { tallygateCommand } from './program.js';

await tallygateCommand().parseAsync();
