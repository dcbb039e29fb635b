import { nextPage } from '../next-page';
import { PAGES } from '../steps';

const { generateMetadata, Page } = nextPage(PAGES.identifier);

export { generateMetadata, Page as default };
