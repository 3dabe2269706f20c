/** The chat on the page: makes its parts and says who hears whom. */
import { byId, oncePerFrame, setText } from '../dom.js';
import { describeError } from '../rest.js';
import { toast } from '../toasts.js';
import { ChatComposer } from './chat-composer.js';
import { ChatHint } from './chat-hint.js';
import { Chat } from './chat.js';
import { MessageList } from './message-list.js';
import { OpenRoom } from './open-room.js';
import { Outbox } from './outbox.js';
import { Presence } from './presence.js';
import { ReadMarks } from './read-marks.js';
import { RoomHead } from './room-head.js';
import { RoomList } from './room-list.js';
import { Sender } from './sender.js';
import { Typing } from './typing.js';
import { isSeen, onSeen } from './visibility.js';
import { Writing } from './writing.js';

const TITLE = document.title;

const LEFT = {
  kicked: 'You were kicked out of the room',
  banned: 'You are banned from the room',
  removed: 'You are no longer a member of the room',
  closed: 'The room was closed',
};

const NOT_RECOVERED = {
  epoch: 'The room began anew while you were away',
  ahead: 'The room began anew while you were away',
  trimmed: 'Some of what you missed is gone for good',
  tooMany: 'A lot happened while you were away: scroll up to read it',
};

export class ChatPanel {
  #client;
  #chat;
  #outbox = new Outbox();
  #sender;
  #typing;
  #presence;
  #room;
  #list = new MessageList();
  #roomList = new RoomList();
  #head = new RoomHead();
  #composer = new ChatComposer();
  #writing;
  #hint;
  #readMarks;
  #user;

  constructor(client, connection) {
    this.#client = client;
    this.#chat = new Chat(client, connection);
    this.#sender = new Sender(client, this.#outbox, (room) => this.#chat.isJoined(room));
    this.#typing = new Typing(client, connection);
    this.#presence = new Presence(client, connection);
    this.#room = new OpenRoom(this.#chat, this.#outbox);
    this.#readMarks = new ReadMarks(this.#chat, () => (this.#isRead() ? this.#room.name : undefined));
    this.#writing = new Writing({
      chat: this.#chat,
      room: this.#room,
      sender: this.#sender,
      typing: this.#typing,
      composer: this.#composer,
    });
    this.#hint = new ChatHint(
      () => this.#room.forHint(this.#composer.bytesLeft),
      (mayWrite) => this.#composer.enable(mayWrite),
    );
    this.drawRooms = oncePerFrame(() => this.#drawRooms());
    this.#hearServer();
    this.#hearUser();
    onSeen(byId('chat-messages'), () => this.#readMarks.check());
  }

  /** Another user may sit here next. */
  forget() {
    this.#sender.forget();
    this.#chat.forget();
    this.#close();
    this.#user = undefined;
  }

  #hearServer() {
    this.#client.addEventListener('welcome', ({ detail }) => this.#onWelcome(detail));
    this.#client.addEventListener('chat.message', ({ detail }) => this.#announce(detail));
    this.#chat.addEventListener('joined', ({ detail }) => this.#onJoined(detail));
    this.#chat.addEventListener('change', ({ detail: room }) => this.#onChange(room));
    this.#chat.addEventListener('left', ({ detail }) => this.#onLeft(detail));
    this.#chat.addEventListener('failed', ({ detail }) => complain(detail));
    this.#chat.addEventListener('rooms', () => {
      void this.#presence.watch(this.#chat.rooms.peers);
      this.drawRooms();
    });
    this.#sender.addEventListener('change', ({ detail: room }) => this.#drawIfOpen(room));
    this.#typing.addEventListener('change', () => this.drawRooms());
    this.#presence.addEventListener('change', () => this.drawRooms());
  }

  #hearUser() {
    this.#roomList.addEventListener('open', ({ detail: room }) => void this.#openRoom(room));
    this.#roomList.addEventListener('start', ({ detail: name }) => void this.#start(name));
    this.#head.addEventListener('direct', ({ detail: user }) => void this.#start(user));
    this.#list.addEventListener('older', () => this.#attempt(() => this.#chat.readOlder(this.#room.name)));
    this.#list.addEventListener('moved', () => this.#onMoved());
    this.#list.addEventListener('action', ({ detail }) => this.#writing.act(detail.action, detail.row));
    byId('chat-newest').addEventListener('click', () => this.#list.toNewest());
    this.#writing.addEventListener('written', () => this.#list.toNewest());
    this.#writing.addEventListener('failed', ({ detail }) => complain(detail));
  }

  #onWelcome({ user, limits }) {
    if (user !== this.#user) {
      this.#close();
      this.#user = user;
      this.#sender.signIn(user);
    }
    this.#composer.limit(limits.maxBodyBytes);
  }

  async #start(name) {
    const isRoom = name.startsWith('#');
    try {
      this.#show(await (isRoom ? this.#chat.enter(name.slice(1)) : this.#chat.enterDirect(name)));
      this.#composer.focus();
      this.#roomList.answerStart();
    } catch (error) {
      const isRefused = isRoom && error.code === 'forbidden';
      this.#roomList.answerStart(isRefused ? 'No such room, or not for you.' : describeError(error));
    }
  }

  async #openRoom(room) {
    // What the page holds is shown at once; a join brings the rest.
    this.#show(room);
    this.#composer.focus();
    await this.#attempt(() => this.#chat.enter(room));
  }

  #show(room) {
    this.#typing.stopped();
    this.#room.open(room);
    this.#composer.open(room);
    this.#presence.open(this.#chat.isJoined(room) ? room : undefined);
    this.#list.open(() => this.#room.forList());
    this.drawRooms();
  }

  #close() {
    this.#room.close();
    this.#composer.clear();
    this.#presence.open(undefined);
    this.#list.open(undefined);
    this.drawRooms();
  }

  #onJoined({ room, reason }) {
    if (reason !== undefined) {
      toast('info', NOT_RECOVERED[reason] ?? 'Not everything you missed could be brought', room);
    }
    if (this.#room.name === undefined) {
      this.#show(room);
    } else if (this.#room.name === room) {
      this.#presence.open(room);
      this.#list.showDivider();
    }
    void this.#sender.drain(room);
  }

  #onChange(room) {
    const { rows } = this.#chat.logOf(room);
    // Stored by an attempt whose answer was lost.
    const isStored = ({ clientMsgId }) =>
      rows.some((row) => row.clientMsgId === clientMsgId && row.from === this.#chat.me);
    this.#outbox
      .in(room)
      .filter(isStored)
      .forEach((item) => this.#sender.settle(item));
    this.#drawIfOpen(room);
  }

  #onLeft({ room, reason }) {
    toast('warn', LEFT[reason] ?? 'You left the room', room);
    if (this.#room.name === room) {
      this.#close();
    }
  }

  #onMoved() {
    byId('chat-newest').hidden = this.#list.isAtBottom || this.#room.name === undefined;
    this.#readMarks.check();
  }

  #drawIfOpen(room) {
    if (room === this.#room.name) {
      this.#list.draw();
    }
  }

  #drawRooms() {
    const { rooms, me } = this.#chat;
    const { record: room } = this.#room;
    this.#roomList.draw({
      rooms: rooms.all,
      open: this.#room.name,
      isRead: this.#isRead(),
      isOnline: (user) => this.#presence.isOnline(user),
    });
    this.#head.draw({ room, me, presence: this.#presence, typing: this.#typing.in(this.#room.name) });
    this.#hint.draw();
    setText(byId('chat-unread'), String(rooms.unread));
    byId('chat-unread').hidden = rooms.unread === 0;
    document.title = rooms.unread === 0 ? TITLE : `(${rooms.unread}) ${TITLE}`;
  }

  #isRead() {
    return this.#room.name !== undefined && this.#list.isAtBottom && isSeen(byId('chat-messages'));
  }

  /** Tells those who listen rather than look. */
  #announce({ room, from, body }) {
    if (room === this.#room.name && from !== this.#user) {
      setText(byId('chat-announcement'), `${from}: ${body}`);
    }
  }

  async #attempt(action) {
    try {
      await action();
    } catch (error) {
      complain(error);
    }
  }
}

/** A connection that is gone says so elsewhere on the page, and brings everything up again when it is back. */
function complain(error) {
  if (error.code !== undefined) {
    toast('warn', 'Chat', describeError(error));
  }
}
