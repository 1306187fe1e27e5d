import { Injectable } from '@nestjs/common';

/** Whether this process wants new work. Turned off first at shutdown, so that load balancers look elsewhere. */
@Injectable()
export class Readiness {
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  startDraining(): void {
    this.draining = true;
  }
}
