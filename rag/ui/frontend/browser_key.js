// Remembers who this browser is for a year, so that its conversations are found again.

const YEAR = 365 * 24 * 60 * 60;

function rememberBrowser({ cookie, key }) {
  const known = document.cookie.split("; ").some((pair) => pair.startsWith(`${cookie}=`));
  if (!key || known) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${cookie}=${key}; Path=/; Max-Age=${YEAR}; SameSite=Strict${secure}`;
}
