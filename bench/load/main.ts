import { answerCalls } from '../ipc/answer-calls.js';
import { endWithRunner } from '../ipc/end-with-runner.js';
import type { DriveRequest, LoadMethods, RunnerMethods } from '../ipc/methods.js';
import { Remote } from '../ipc/remote.js';
import { scenarioNamed } from '../scenarios/registry.js';
import type { DriveContext, Measurement } from '../scenarios/scenario.js';

endWithRunner();
const runner = new Remote<RunnerMethods>(process);
answerCalls<LoadMethods>(process, { drive });

function drive(request: DriveRequest): Promise<Measurement> {
  const scenario = scenarioNamed(request.scenario);
  const measuredCase = scenario.cases.find(({ name }) => name === request.case);
  const peer = scenario.peers.find(({ name }) => name === request.peer);
  if (measuredCase === undefined || peer === undefined) {
    throw new RangeError(`${request.scenario} has no case ${request.case} or no peer ${request.peer}`);
  }
  const context: DriveContext = {
    peer,
    port: request.port,
    sampleServer: () => runner.call('sampleServer', undefined),
    collectServerGarbage: () => runner.call('collectServerGarbage', undefined),
    stopServerDelayWatch: () => runner.call('stopServerDelayWatch', undefined),
    countServerConnections: () => runner.call('countServerConnections', undefined),
  };
  return scenario.drive(context, measuredCase);
}
