// What allauth's script for passkeys reports as an error is most often somebody who pressed "cancel": said on the page.
document.addEventListener('allauth.error', (event) => {
  event.preventDefault()
  const place = document.querySelector('#main')
  const text = document.documentElement.lang === 'sv'
    ? 'Nyckeln användes inte. Försök igen, eller välj ett annat sätt.'
    : 'The passkey was not used. Try again, or choose another way.'
  let notice = document.getElementById('passkey-notice')
  if (!notice) {
    notice = document.createElement('p')
    notice.id = 'passkey-notice'
    notice.className = 'notice notice-warn'
    notice.setAttribute('role', 'alert')
    place.prepend(notice)
  }
  notice.textContent = text
})
