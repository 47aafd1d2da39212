"""What the simulated programs say that they are: people's browsers, and robots that admit it."""

from collections.abc import Mapping

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"

#: By device: what people use, the kiosk in the store too.
BROWSERS: Mapping[str, tuple[str, ...]] = {
    "mobile": (
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {_APPLE} Version/17.5 Mobile/15E148 Safari/604.1",
        f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {_WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36",
        f"Mozilla/5.0 (Linux; Android 13; SM-S911B) {_WEBKIT} SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36",
    ),
    "desktop": (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/126.0.0.0 Safari/537.36",
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_APPLE} Version/17.5 Safari/605.1.15",
        "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
    ),
    "tablet": (
        f"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) {_APPLE} Version/17.5 Mobile/15E148 Safari/604.1",
        f"Mozilla/5.0 (Linux; Android 13; SM-X700) {_WEBKIT} Chrome/126.0.0.0 Safari/537.36",
    ),
    "kiosk": (f"Mozilla/5.0 (Linux; Android 12; Kiosk) {_WEBKIT} Chrome/120.0.0.0 Safari/537.36",),
    "app": ("FashionShop/5.2.1 (iPhone; iOS 17.5; Scale/3.00)", "okhttp/4.12.0"),
}
#: Robots that say so, as they are on the web.
DECLARED = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    f"Mozilla/5.0 {_WEBKIT}; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0 Safari/537.36",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
    f"Mozilla/5.0 {_WEBKIT}; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    f"Mozilla/5.0 {_WEBKIT}; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    f"Mozilla/5.0 (X11; Linux x86_64) {_WEBKIT} HeadlessChrome/126.0.0.0 Safari/537.36",
    "python-requests/2.32.3",
    "curl/8.8.0",
    "Scrapy/2.11.2 (+https://scrapy.org)",
)
#: Programs that shop for somebody, and say so.
AGENTS = (
    f"Mozilla/5.0 {_WEBKIT}; compatible; Google-Agent) Chrome/126.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Chrome/126.0.0.0 Safari/537.36 Agent-NovaAct/0.9",
    "AmazonBuyForMe/1.0",
)
#: Where people come from, when they come from somewhere.
REFERRERS = (
    *("https://www.google.com/", "https://www.google.com/", "https://www.bing.com/", "https://www.instagram.com/"),
    *("https://www.pinterest.com/", "https://magazine.example/looks"),
)


def browser(kind: str, owner: int) -> str:
    """Return the browser on somebody's device of a kind: always the same one."""
    choice = BROWSERS[kind]
    return choice[owner % len(choice)]
