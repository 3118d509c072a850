/* What could not be is taken out of the address, before the other scripts read it; the banner says what it was. */

const { understood } = document.getElementById("command").dataset;
if (understood !== undefined) history.replaceState(null, "", understood ? `?${understood}` : location.pathname);
