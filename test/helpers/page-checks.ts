// Scripts that a page evaluates.

/** Finds text whose contrast with the background is less than 4.5 (WCAG 2.2, 1.4.3). */
export const lowContrasts = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = (color) => channels(color).slice(0, 3).map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0)
  const behind = (each) => {
    for (let element = each; element; element = element.parentElement) {
      const { backgroundColor } = getComputedStyle(element)
      if (channels(backgroundColor)[3] !== 0) return backgroundColor
    }
  }
  return [...document.querySelectorAll('body *')].filter((each) => each.checkVisibility() && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((each) => {
      const [light, dark] = [luminance(getComputedStyle(each).color), luminance(behind(each))].sort((one, other) => other - one)
      return (light + 0.05) / (dark + 0.05) < 4.5
    }).map((each) => each.outerHTML)
})()`

/** Finds visible fields and buttons without an accessible name. */
export const namelessControls = `[...document.querySelectorAll('button, input, textarea, select')].filter((each) => each.checkVisibility())
  .filter((each) => !(each.getAttribute('aria-label') || each.textContent.trim() || each.labels?.length)).map((each) => each.outerHTML)`

/** Counts tables without headers of columns. */
export const tablesWithoutHeaders = "[...document.querySelectorAll('table')].filter((table) => !table.querySelector('th[scope=col]')).length"
