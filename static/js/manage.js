// The booking's page is whole without this file. It tells the time where the device is.

const zone = document.querySelector("[data-zone]");
if (zone) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const at = new Date(zone.dataset.at);
  const clock = (timeZone) => at.toLocaleTimeString(document.documentElement.lang, { timeZone, hour: "numeric", minute: "2-digit" }).replace(/([ap])\.m\./, "$1m");
  if (clock(own) !== clock(zone.dataset.zone)) {
    const line = zone.querySelector("[data-zone-line]");
    const city = own.split("/").pop().replaceAll("_", " ");
    line.textContent = zone.dataset.here.replace("%(city)s", city).replace("%(time)s", clock(own));
    line.hidden = false;
  }
}
