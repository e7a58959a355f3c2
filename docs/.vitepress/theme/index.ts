/// <reference types="vite/client" />
// The default theme without its web font: nothing is fetched but the site's own files, and the system's fonts have Chinese.
import DefaultTheme from 'vitepress/theme-without-fonts'
import './style.css'

export default DefaultTheme
