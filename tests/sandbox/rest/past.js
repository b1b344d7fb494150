import { someMs } from '../control/pace.js';

// Longer than REST is ever late.
const KEPT_MS = 10_000;

/**
 * What REST knows while it is late: of each Task, Call and Conference the states that it has been
 * in. Webhooks, the event bridge and changes by REST are about the present.
 */
export class Past {
  constructor(world) {
    this.world = world;
    this.states = new WeakMap(); // entity → [{at, view}], oldest first
    this.noted = new Set();
  }

  /** To be called with every change; what one turn of the event loop changes is one state. */
  note(entity) {
    if (this.noted.size === 0) queueMicrotask(() => this.#keep());
    this.noted.add(entity);
  }

  /** The entity as REST shows it now; undefined where it shows none yet. */
  see(entity) {
    const { switches } = this.world;
    const lateMs = someMs(switches, 'restLateMs');
    const states = entity && this.states.get(entity);
    if (!states || lateMs === 0) return entity;
    return states.findLast(({ at }) => at <= this.world.now() - lateMs)?.view;
  }

  seeAll(entities) {
    return entities.map((entity) => this.see(entity)).filter((view) => view !== undefined);
  }

  #keep() {
    const at = this.world.now();
    for (const entity of this.noted) {
      const states = this.states.get(entity) ?? [];
      states.push({ at, view: entity.view?.() ?? copyOf(entity) });
      while (states.length > 1 && states[1].at < at - KEPT_MS) states.shift();
      this.states.set(entity, states);
    }
    this.noted.clear();
  }
}

/** The same object as it is at this moment: its own fields are kept, not what they refer to. */
export function copyOf(entity) {
  return Object.assign(Object.create(Object.getPrototypeOf(entity)), entity);
}
