import { nextPage } from '../next-page';
import { PAGES } from '../steps';

const { generateMetadata, Page } = nextPage(PAGES.passkey);

export { generateMetadata, Page as default };
