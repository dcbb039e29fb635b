import { nextPage } from '../next-page';
import { PAGES } from '../steps';

const { generateMetadata, Page } = nextPage(PAGES.done);

export { generateMetadata, Page as default };
