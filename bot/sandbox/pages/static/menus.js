// Small menus that open at a button: the persona switch, a message's three dots, overflow menus. Arrow keys, Escape.

let open = null;

function items(menu) {
  return [...menu.querySelectorAll('[role^="menuitem"]')];
}

export function closeMenu({ refocus = false } = {}) {
  if (!open) return;
  const { menu, button } = open;
  open = null;
  menu.hidden = true;
  button.setAttribute("aria-expanded", "false");
  if (refocus) button.focus();
}

function openMenu(button) {
  const menu = document.getElementById(button.dataset.menu);
  if (!menu) return;
  menu.hidden = false;
  menu.classList.remove("up", "left");
  const box = menu.getBoundingClientRect();
  const room = menu.closest(".messages, .panel-body, .home, .modal-body")?.getBoundingClientRect();
  menu.classList.toggle("up", box.bottom > (room ? room.bottom : innerHeight) && box.height + 60 < button.getBoundingClientRect().top);
  menu.classList.toggle("left", box.right > innerWidth);
  button.setAttribute("aria-expanded", "true");
  open = { menu, button };
  (items(menu).find((i) => i.getAttribute("aria-checked") === "true") || items(menu)[0])?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-menu]");
  if (button) {
    const same = open?.button === button;
    closeMenu();
    if (!same) openMenu(button);
    return;
  }
  if (open) closeMenu({ refocus: open.menu.contains(event.target) });
});

document.addEventListener("keydown", (event) => {
  if (!open) return;
  const all = items(open.menu);
  const now = all.indexOf(document.activeElement);
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopImmediatePropagation();
    closeMenu({ refocus: true });
  } else if (event.key === "Tab") {
    closeMenu();
  } else if (next !== undefined) {
    event.preventDefault();
    all[(next + all.length) % all.length]?.focus();
  }
});
