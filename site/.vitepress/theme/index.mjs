import DefaultTheme from 'vitepress/theme';
import { plainSearchResults } from './plain-search-results.mjs';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp() {
    if (typeof document !== 'undefined') plainSearchResults();
  },
};
