"""Slack's emoji short codes that finance people and bots use, as Unicode; unknown ones stay as they were typed."""

from __future__ import annotations

CHARACTERS = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "ok_hand": "👌", "wave": "👋", "clap": "👏",
    "pray": "🙏", "muscle": "💪", "eyes": "👀", "raised_hands": "🙌", "point_right": "👉", "point_down": "👇",
    "smile": "😄", "slightly_smiling_face": "🙂", "thinking_face": "🤔", "tada": "🎉", "rocket": "🚀", "fire": "🔥",
    "heart": "❤️", "star": "⭐", "sparkles": "✨", "bulb": "💡", "bell": "🔔", "no_bell": "🔕", "mega": "📣",
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "ballot_box_with_check": "☑️", "x": "❌", "no_entry": "⛔",
    "no_entry_sign": "🚫", "warning": "⚠️", "rotating_light": "🚨", "exclamation": "❗", "question": "❓",
    "information_source": "ℹ️", "red_circle": "🔴", "large_orange_circle": "🟠", "large_yellow_circle": "🟡",
    "large_green_circle": "🟢", "large_blue_circle": "🔵", "white_circle": "⚪", "black_circle": "⚫",
    "hourglass": "⌛", "hourglass_flowing_sand": "⏳", "stopwatch": "⏱️", "alarm_clock": "⏰", "calendar": "📆",
    "date": "📅", "spiral_calendar_pad": "🗓️", "clock3": "🕒", "repeat": "🔁", "arrows_counterclockwise": "🔄",
    "arrow_right": "➡️", "arrow_up": "⬆️", "arrow_down": "⬇️", "leftwards_arrow_with_hook": "↩️",
    "double_vertical_bar": "⏸️", "fast_forward": "⏩", "black_square_for_stop": "⏹️",
    "page_facing_up": "📄", "page_with_curl": "📃", "receipt": "🧾", "bookmark_tabs": "📑", "memo": "📝",
    "pencil": "📝",
    "pencil2": "✏️", "paperclip": "📎", "link": "🔗", "lock": "🔒", "unlock": "🔓", "key": "🔑", "mag": "🔍",
    "wrench": "🔧", "hammer_and_wrench": "🛠️", "gear": "⚙️", "package": "📦", "inbox_tray": "📥", "outbox_tray": "📤",
    "email": "✉️", "envelope": "✉️",
    "phone": "☎️", "speech_balloon": "💬", "robot_face": "🤖", "office": "🏢",
    "bank": "🏦", "moneybag": "💰", "money_with_wings": "💸", "dollar": "💵", "euro": "💶", "pound": "💷", "yen": "💴",
    "credit_card": "💳", "chart_with_upwards_trend": "📈", "chart_with_downwards_trend": "📉", "bar_chart": "📊",
    "handshake": "🤝", "busts_in_silhouette": "👥", "bust_in_silhouette": "👤", "crown": "👑", "snowflake": "❄️",
    "zap": "⚡", "construction": "🚧", "triangular_flag_on_post": "🚩", "pushpin": "📌", "round_pushpin": "📍",
    "file_folder": "📁", "open_file_folder": "📂", "wastebasket": "🗑️", "shield": "🛡️", "scales": "⚖️",
    "one": "1️⃣", "two": "2️⃣", "three": "3️⃣", "100": "💯", "new": "🆕", "sos": "🆘", "ok": "🆗",
}  # fmt: skip


def character(name: str) -> str | None:
    """Return the Unicode emoji of a short code without its colons (skin tones ignored), or None."""
    return CHARACTERS.get(name.split("::", 1)[0])
