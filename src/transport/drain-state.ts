import { Injectable } from '@nestjs/common';

/** Whether this process still takes new work. Upgrades, readiness and the command loop ask; the drain tells. */
@Injectable()
export class DrainState {
  private draining = false;
  private hurried = false;

  get isDraining(): boolean {
    return this.draining;
  }

  /** True when the process is about to be ended by force. */
  get isHurried(): boolean {
    return this.hurried;
  }

  begin(): void {
    this.draining = true;
  }

  /** The drain that follows has seconds: no waiting for load balancers. */
  hurry(): void {
    this.hurried = true;
  }
}
