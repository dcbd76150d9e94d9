// Emoji by Slack's short names: the common set, and the element that shows one with its name for screen readers.

import { h } from './dom.js';

// One line per group: "name name2 glyph, …". Names on one glyph are aliases.
const GROUPS = `
grinning 😀, smiley 😃, smile 😄, grin 😁, laughing satisfied 😆, sweat_smile 😅, joy 😂,
rolling_on_the_floor_laughing rofl 🤣, blush 😊, innocent 😇, slightly_smiling_face slight_smile 🙂,
upside_down_face 🙃, wink 😉, relieved 😌, heart_eyes 😍, smiling_face_with_3_hearts 🥰, kissing_heart 😘, yum 😋,
stuck_out_tongue 😛, sunglasses 😎, nerd_face 🤓, star-struck 🤩, partying_face 🥳, smirk 😏, unamused 😒,
disappointed 😞, pensive 😔, worried 😟, confused 😕, slightly_frowning_face 🙁, white_frowning_face ☹️,
persevere 😣, tired_face 😫, weary 😩, cry 😢, sob 😭, triumph 😤, angry 😠, rage 😡, exploding_head 🤯, flushed 😳,
scream 😱, fearful 😨, cold_sweat 😰, sweat 😓, hugging_face 🤗, thinking_face thinking 🤔, neutral_face 😐,
expressionless 😑, no_mouth 😶, grimacing 😬, face_with_rolling_eyes 🙄, hushed 😯, open_mouth 😮, astonished 😲,
yawning_face 🥱, sleeping 😴, sleepy 😪, zipper_mouth_face 🤐, mask 😷, face_with_thermometer 🤒, saluting_face 🫡,
melting_face 🫠, robot_face robot 🤖, ghost 👻, skull 💀, wave 👋, raised_hand hand ✋, ok_hand 👌, v ✌️,
crossed_fingers 🤞, call_me_hand 🤙, point_left 👈, point_right 👉, point_up_2 👆, point_down 👇, +1 thumbsup 👍,
-1 thumbsdown 👎, fist ✊, facepunch punch 👊, clap 👏, raised_hands 🙌, open_hands 👐, handshake 🤝, pray 🙏,
muscle 💪, writing_hand ✍️, eyes 👀, heart ❤️, orange_heart 🧡, yellow_heart 💛, green_heart 💚, blue_heart 💙,
purple_heart 💜, black_heart 🖤, white_heart 🤍, broken_heart 💔, sparkling_heart 💖, 100 💯, boom collision 💥,
sparkles ✨, star ⭐, star2 🌟, dizzy 💫, fire 🔥, zap ⚡, rainbow 🌈, sunny ☀️, partly_sunny ⛅, cloud ☁️,
rain_cloud 🌧️, snowflake ❄️, sunrise 🌅, crescent_moon 🌙, earth_asia 🌏, ocean 🌊, droplet 💧, seedling 🌱,
evergreen_tree 🌲, palm_tree 🌴, herb 🌿, four_leaf_clover 🍀, cherry_blossom 🌸, tada 🎉, confetti_ball 🎊,
balloon 🎈, gift 🎁, trophy 🏆, sports_medal medal 🏅, first_place_medal 🥇, second_place_medal 🥈,
third_place_medal 🥉, dart 🎯, soccer ⚽, basketball 🏀, video_game 🎮, game_die 🎲, art 🎨, musical_note 🎵,
headphones 🎧, microphone 🎤, movie_camera 🎥, camera 📷, coffee ☕, tea 🍵, beer 🍺, beers 🍻, clinking_glasses 🥂,
cake 🍰, birthday 🎂, pizza 🍕, rice 🍚, ramen 🍜, banana 🍌, apple 🍎, avocado 🥑, rocket 🚀, airplane ✈️, car 🚗,
bus 🚌, bike 🚲, ship 🚢, house 🏠, office 🏢, school 🏫, hospital 🏥, beach_with_umbrella 🏖️, tent ⛺, world_map 🗺️,
chart_with_upwards_trend 📈, chart_with_downwards_trend 📉, bar_chart 📊, clipboard 📋, pushpin 📌, round_pushpin 📍,
paperclip 📎, straight_ruler 📏, memo pencil 📝, pencil2 ✏️, date 📅, calendar 📆,
spiral_calendar_pad spiral_calendar 🗓️, card_index 📇, file_folder 📁, open_file_folder 📂, books 📚, book 📖,
bookmark 🔖, label 🏷️, moneybag 💰, money_with_wings 💸, dollar 💵, credit_card 💳, receipt 🧾,
shopping_trolley shopping_cart 🛒, package 📦, email envelope ✉️, incoming_envelope 📨, inbox_tray 📥,
outbox_tray 📤, mailbox 📫, bell 🔔, no_bell 🔕, mega 📣, loudspeaker 📢, speech_balloon 💬, left_speech_bubble 🗨️,
thought_balloon 💭, zzz 💤, phone telephone ☎️, iphone 📱, computer 💻, desktop_computer 🖥️, printer 🖨️,
keyboard ⌨️, bulb 💡, flashlight 🔦, mag 🔍, mag_right 🔎, lock 🔒, unlock 🔓, key 🔑, closed_lock_with_key 🔐,
shield 🛡️, hammer 🔨, wrench 🔧, gear ⚙️, hammer_and_wrench 🛠️, test_tube 🧪, microscope 🔬, telescope 🔭, link 🔗,
scissors ✂️, wastebasket 🗑️, hourglass ⌛, hourglass_flowing_sand ⏳, alarm_clock ⏰, stopwatch ⏱️, watch ⌚,
clock1 🕐, clock9 🕘, clock12 🕛, repeat 🔁, arrows_counterclockwise 🔄, white_check_mark ✅, heavy_check_mark ✔️,
ballot_box_with_check ☑️, x ❌, negative_squared_cross_mark ❎, heavy_plus_sign ➕, heavy_minus_sign ➖,
warning ⚠️, no_entry ⛔, no_entry_sign 🚫, stop_sign octagonal_sign 🛑, exclamation heavy_exclamation_mark ❗,
question ❓, grey_question ❔, bangbang ‼️, information_source ℹ️, sos 🆘, new 🆕, free 🆓, up 🆙, arrow_up ⬆️,
arrow_down ⬇️, arrow_left ⬅️, arrow_right ➡️, arrow_upper_right ↗️, arrow_lower_right ↘️, arrow_up_small 🔼,
arrow_down_small 🔽, leftwards_arrow_with_hook ↩️, fast_forward ⏩, arrow_forward ▶️,
double_vertical_bar pause_button ⏸️, black_square_for_stop ⏹️, red_circle 🔴, large_orange_circle 🟠,
large_yellow_circle 🟡, large_green_circle 🟢, large_blue_circle 🔵, large_purple_circle 🟣, white_circle ⚪,
black_circle ⚫, large_red_square 🟥, large_orange_square 🟧, large_yellow_square 🟨, large_green_square 🟩,
large_blue_square 🟦, white_large_square ⬜, black_large_square ⬛, small_blue_diamond 🔹, small_orange_diamond 🔸,
large_blue_diamond 🔷, large_orange_diamond 🔶, zero 0️⃣, one 1️⃣, two 2️⃣, three 3️⃣, four 4️⃣, five 5️⃣,
six 6️⃣, seven 7️⃣, eight 8️⃣, nine 9️⃣, keycap_ten 🔟, hash #️⃣, flag-id 🇮🇩, flag-us us 🇺🇸, flag-sg 🇸🇬,
flag-my 🇲🇾, flag-gb gb uk 🇬🇧, bust_in_silhouette 👤, busts_in_silhouette 👥, speaking_head_in_silhouette 🗣️,
technologist 🧑‍💻, office_worker 🧑‍💼, construction 🚧, crown 👑, gem 💎, ring 💍, bee 🐝, bug 🐛, turtle 🐢, rabbit 🐰,
cat 🐱, dog 🐶, panda_face 🐼, unicorn_face unicorn 🦄, butterfly 🦋, owl 🦉, whale 🐳, elephant 🐘, snail 🐌,
crystal_ball 🔮, checkered_flag 🏁, triangular_flag_on_post 🚩, white_flag waving_white_flag 🏳️, rotating_light 🚨,
vertical_traffic_light 🚦, ticket 🎫, thread 🧵, jigsaw 🧩, magnet 🧲, thermometer 🌡️, balance_scale scales ⚖️,
compass 🧭, ladder 🪜, heartbeat 💓`;

/** Short name -> glyph. */
const EMOJI = new Map(
  GROUPS.split(',').flatMap((entry) => {
    const words = entry.trim().split(/\s+/);
    const glyph = words.pop();
    return words.map((name) => [name, glyph]);
  }),
);

/** The glyph of a short name, or undefined. */
export function glyphOf(name) {
  return EMOJI.get(name.replace(/::skin-tone-\d$/, ''));
}

/** An emoji with its name as the accessible name; an unknown one stays as :name:. */
export function emojiNode(name, unicode) {
  const glyph = unicode ? String.fromCodePoint(...unicode.split('-').map((part) => parseInt(part, 16))) : glyphOf(name);
  if (!glyph) return `:${name}:`;
  return h(
    'span',
    { class: 'emoji', role: 'img', 'aria-label': name.replace(/[_-]/g, ' '), title: `:${name}:` },
    glyph,
  );
}

const SHORT_NAME = /:([a-z0-9_+'-]+):/g;

/** Text with :names: of known emoji turned into emoji nodes, as a list of strings and nodes. */
export function withEmoji(text) {
  const out = [];
  let last = 0;
  for (const match of text.matchAll(SHORT_NAME)) {
    if (!glyphOf(match[1]) || match.index < last) continue;
    out.push(text.slice(last, match.index), emojiNode(match[1]));
    last = match.index + match[0].length;
  }
  out.push(text.slice(last));
  return out;
}
