package main

import (
	"syscall"
	"time"
)

// precisely takes away the 50 µs that the kernel may otherwise add to a sleep of this thread.
func precisely() { syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_TIMERSLACK, 1, 0) }

func sleep(duration time.Duration) {
	if duration <= 0 {
		return
	}
	for rest := syscall.NsecToTimespec(int64(duration)); syscall.Nanosleep(&rest, &rest) == syscall.EINTR; {
	}
}
