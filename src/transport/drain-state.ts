import { Injectable } from '@nestjs/common';

/** Whether this process still takes new work. Upgrades, readiness and the command loop ask; the drain tells. */
@Injectable()
export class DrainState {
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  begin(): void {
    this.draining = true;
  }
}
