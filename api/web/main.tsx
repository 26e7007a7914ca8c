import { render } from 'preact'
import { App } from './app.tsx'
import { startRouter } from './data/router.ts'
import { startTheme } from './data/theme.ts'
import './style/tokens.css'
import './style/base.css'
import './style/shell.css'
import './style/parts.css'
import './style/charts.css'
import './style/now.css'
import './style/pages.css'
import './style/what-if.css'

startTheme()
startRouter()
const root = document.getElementById('app')
if (root !== null) render(<App />, root)
