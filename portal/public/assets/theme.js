// Before the first paint, and not in the page itself: nothing may be written into it (Content-Security-Policy).
const theme = localStorage.getItem('tallygate-theme');
if (theme === 'light' || theme === 'dark') document.documentElement.style.colorScheme = theme;
