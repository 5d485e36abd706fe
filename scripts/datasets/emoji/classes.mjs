// Skin tones, as the sets write them.
const tone = /-(light|medium-light|medium|medium-dark|dark)(-skin-tone)?$/;

const roles =
  'artist|astronaut|bald|beard|blond-hair|construction-worker|cook|curly-hair|detective|elf|factory-worker|farmer|firefighter|guard|' +
  'health-worker|judge|mage|mechanic|office-worker|pilot|police-officer|red-hair|scientist|singer|student|superhero|supervillain|teacher|' +
  'technologist|vampire|wearing-turban|white-hair|in-tuxedo|with-veil|with-headscarf|frowning|pouting';
const woman = new RegExp(`^(woman(-(${roles}))?|old-woman|princess)$`);
const man = new RegExp(`^(man(-(${roles}))?|old-man|prince|person-with-skullcap)$`);
const child = /^(baby|boy|girl|child)$/;

const animals =
  /^(bear|boar|fox|frog|gorilla|hamster|koala|lion|panda|polar-bear|raccoon|unicorn|wolf|(cat|cow|dog|horse|monkey|mouse|pig|rabbit|tiger)-face)$/;
const smilingCats = /^(cat-with|crying-cat|grinning-cat|kissing-cat|pouting-cat|smiling-cat|weary-cat)/;

const smiley = /face|^(exploding-head|star-struck|rolling-on)/;
const notSmiley =
  /facing|clouds|cat|dog|cow|pig|horse|mouse|monkey|rabbit|tiger|dragon|moon|sun-|clock|horns$|palming|hand-over|peeking|melting|clown|hugging|cracking|wind-face/;

/** The name of an emoji without the tone of its skin. */
export const withoutTone = (name) => name.replace(tone, '');

/** The class of an emoji, or undefined: one kind of thing, seen from the front, in the middle of its picture. */
export function classOf(name) {
  const plain = withoutTone(name);
  if (woman.test(plain)) return 'woman';
  if (man.test(plain)) return 'man';
  if (child.test(plain)) return 'child';
  if (animals.test(plain) || smilingCats.test(plain)) return 'animal';
  if (smiley.test(plain) && !notSmiley.test(plain)) return 'smiley';
}
