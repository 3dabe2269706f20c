import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RawSocket } from '../harness/raw-socket.js';
