"""Texts that the tokenizers are compared on: languages, emoji, code, mathematics, and what is easy to get wrong."""

LANGUAGES = [
    "The bread costs 25 pence, doesn't it? We'll buy three loaves, they've said.",
    "Das Brot kostet 2,50 €, nicht wahr? Schöne Grüße aus München, Straße 7.",
    "Le pain coûte cher, n'est-ce pas ? L'été, où l'on mange des œufs à Noël.",
    "¿Cuánto cuesta el pan? ¡Qué barato, señor Muñoz! Mañana vendrán los niños.",
    "O pão não está à venda. Amanhã há promoções de maçãs e melões.",
    "Quanto costa il pane? È più buono di quello che c'è in città.",
    "Hoeveel kost het brood? De zeeën zijn blauw, 's morgens vroeg.",
    "Vad kostar brödet? Åsa äter smörgåsar på Öland.",
    "Hvad koster brødet? Ærø og Ålborg ligger i Danmark.",
    "Hvað kostar brauðið? Það er þokkalega ódýrt á Íslandi.",
    "Paljonko leipä maksaa? Hyvää yötä, äiti ja isä!",
    "Mennyibe kerül a kenyér? Az őszi fűzfák gyönyörűek.",
    "Ile kosztuje chleb? Zażółć gęślą jaźń, powiedział Łukasz.",
    "Kolik stojí chléb? Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Koľko stojí chlieb? Ľúbezný dážď padá na Žilinu.",
    "Cât costă pâinea? Țara și mulți oameni știu răspunsul.",
    "Ekmek ne kadar? İstanbul'da ığdır çiçeği güzelmiş, ŞIK.",
    "Bánh mì giá bao nhiêu? Tôi thích ăn phở và uống cà phê sữa đá.",
    "Сколько стоит хлеб? Съешь ещё этих мягких булок, Ёжик!",
    "Скільки коштує хліб? Їжак з'їв щось ґречне в Києві.",
    "Колко струва хлябът? Щъркелът отлетя на юг.",
    "Πόσο κοστίζει το ψωμί; Η Αθήνα είναι όμορφη, ΌΧΙ ὦ ἄνδρες Ἀθηναῖοι.",
    "Որքա՞ն արժե հացը։ Երևանը գեղեցիկ քաղաք է։",
    "რა ღირს პური? თბილისი ლამაზი ქალაქია.",
    "כמה עולה הלחם? שָׁלוֹם עֲלֵיכֶם, ירושלים.",
    "كم ثمن الخبز؟ السَّلَامُ عَلَيْكُمْ ورحمة الله ١٢٣٤.",
    "نان چند است؟ می‌خواهم به تهران بروم، ۱۲۳ تومان.",
    "روٹی کی قیمت کیا ہے؟ میں لاہور میں رہتا ہوں۔",
    "रोटी कितने की है? मैं दिल्ली में रहता हूँ, १२३ क्षत्रिय ज्ञान।",
    "রুটির দাম কত? আমি ঢাকায় থাকি, ১২৩ টাকা।",
    "ரொட்டி எவ்வளவு? நான் சென்னையில் வசிக்கிறேன்.",
    "రొట్టె ఎంత? నేను హైదరాబాద్‌లో ఉంటాను.",
    "ಬ್ರೆಡ್ ಎಷ್ಟು? ನಾನು ಬೆಂಗಳೂರಿನಲ್ಲಿದ್ದೇನೆ.",
    "റൊട്ടിക്ക് എത്രയാണ്? ഞാൻ കൊച്ചിയിൽ താമസിക്കുന്നു.",
    "රොටි කීයද? මම කොළඹ ජීවත් වෙමි.",
    "ขนมปังราคาเท่าไร? ฉันอยู่ที่กรุงเทพฯ น้ำแข็ง ๑๒๓",
    "ເຂົ້າຈີ່ລາຄາເທົ່າໃດ? ຂ້ອຍຢູ່ວຽງຈັນ.",
    "ពំនុះ នំប៉័ងថ្លៃប៉ុន្មាន? ខ្ញុំនៅភ្នំពេញ។",
    "ပေါင်မုန့် ဘယ်လောက်လဲ? ကျွန်တော် ရန်ကုန်မှာ နေတယ်။",
    "བག་ལེབ་གོང་ག་ཚོད་རེད།",
    "ዳቦ ስንት ነው? አዲስ አበባ ውብ ከተማ ናት።",
    "面包多少钱？我住在北京，二〇二四年１２月。「你好」",
    "麵包多少錢？我住在臺北，這裡的夜市很熱鬧。",
    "パンはいくらですか？ガギグゲゴ、ﾊﾝｶｸｶﾀｶﾅ、東京タワーへ行きます。",
    "빵은 얼마예요? 저는 서울에 살아요. 훈민정음 ᄒᆞᆫ글",
    "Талх ямар үнэтэй вэ? ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ",
    "Mkate ni bei gani? Ninaishi Nairobi, karibu sana.",
    "Elo ni búrẹ́dì náà? Mo ń gbé ní Ìbàdàn, ẹ kú àárọ̀.",
    "\U00031350\U000323af漢\u4e00 \U0001fabf\U0001fae9x \U00011f04\U00011f00 \U00010d40\U000116d0 \U0001e4d0 \u1c89\ua7dc \U00010d6e",
    "𐤀𐤋𐤐 𓀀𓂀 𒀀𒁀 𐌰𐌱𐌲 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
]

EMOJI = [
    "👍🏽👩‍👩‍👧‍👦🏳️‍🌈❤️‍🔥", "🇩🇪🇫🇷🇯🇵 flags", "☺️ ☺ ©️ ® ™", "👨🏿‍🚒 works, 🤦🏼‍♀️ doesn't", "1️⃣2️⃣#️⃣", "🧑‍💻\u200d\ufe0f", "🫠🪿",
]

CODE = [
    "def f(x: int) -> int:\n    \"\"\"doc\"\"\"\n    return x**2 if x else None  # comment\n",
    "for (int i = 0; i < n; i++) {\n\tsum += a[i] * b[i];\r\n}\r\n\r\n",
    "SELECT * FROM t WHERE a='it''s' AND b>=1.5e-10;",
    "<html><body class=\"x\">&nbsp;</body></html>",
    "x = {'a':[1,2,3],\"b\":{\"c\":null}}; y=x['a'][0]||0xFF;",
    "#!/bin/sh\nset -eu; echo \"$HOME/${x:-y}\" | sed 's/a/b/g' >/dev/null 2>&1",
    "fn main() { println!(\"{:?}\", vec![1u8; 10].iter().map(|x| x << 2).collect::<Vec<_>>()); }",
    "camelCase snake_case SCREAMING_CASE kebab-case CamelCaseURLParser2Go",
    "https://example.org/a/b?c=d&e=%20f#g user@example.org C:\\Windows\\x.dll",
]

MATHEMATICS = [
    "$\\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}$", "\\begin{align}a &= b\\\\ c &\\neq d\\end{align}",
    "∀x∈ℝ: ⌈x⌉ = −⌊−x⌋ ⇒ ∑ᵢ xᵢ² ≥ 0, ½ + ¾ ≠ Ⅷ", "1234567890 12,345.678 0.001 1e10 3.14159265358979",
    "12 123 1234 12345 x2y3 ²³ ٣٤ १२ ⑤ ㊿", "\\boxed{42} #### 1,000", "(3 + 4) * 5 - 6 / 7 = 34.142857",
]

SPACES = [
    "", " ", "  ", "   ", "\n", "\n\n\n", "\r\n", "\t\t", " \n \n ", "a  b   c    d", "  leading", "trailing  ", "a\n\n\nb",
    "a \n b\t\tc \r\n\r\n  d", "\u00a0nbsp\u00a0\u00a0x", "\u3000全角　空白", "\u2003em\u2009thin\u200azero\u200bwidth\u2060x",
    "\u180emongolian\u180e separator", "\u0085next\u0085line", "\u2028line\u2029paragraph", "\x0b\x0c vertical", "x" * 200,
    "ab" * 60 + " " * 70 + "end", "\u1680ogham", "    def x():\n        pass\n\n\n\n    y",
]

CONTROL = ["\x00", "a\x00b", "\x01\x02\x1b[31mred\x1b[0m\x7f", "\x80\x9f\xad soft", "\ufeffBOM", "\ufffd\ufffe\uffff", "\U0010ffff"]

MARKS = [
    "e\u0301 é cafe\u0301", "A\u030a Å \u212b", "\u1100\u1161\u11a8 각", "q\u0307\u0323 q\u0323\u0307", "\u0344\u0958\u0f73", "ﬁ ﬂ ﬀ ½ ㎏ Ⅳ ｶﾞ",
    "\u0301\u0301 alone", "n\u0303\u0303\u0303", "\u03b1\u0345\u0301", "아\u11a7 \u1112\u1161\u11a7 e\u0898\u0301", "\u2126 \u212a ſ İ ı ẞ ß Ǆ", "'\u017f it'S IT'LL I'Ve '\u212a",
    "zalgo h\u0335\u0321\u0322e\u0337\u0300l\u0336\u0301p", "क\u093c \u09c7\u09be ா",
]

SPECIALS = [
    "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n", "a<|endoftext|>b", " <|endoftext|> ",
    "<|im_start|><|im_start|>", "<|im_start", "<|im_end|", "<think>\n\n</think>\n\n", "<tool_call>{}</tool_call>",
    "<s>x</s>", " <s> x </s> ", "<unk><0x0A><0x41>", "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>",
    "▁ lower ▁▁ block", "Ġ Ċ byte-level letters", "[MASK] x  [MASK]  y[MASK]", "straße STRASSE wordword word", "<|IM_START|>",
]

TEXTS = LANGUAGES + EMOJI + CODE + MATHEMATICS + SPACES + CONTROL + MARKS + SPECIALS
