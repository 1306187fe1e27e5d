//go:build !linux

package main

import "time"

func precisely() {}

func sleep(duration time.Duration) { time.Sleep(duration) }
