// Where Auth0's pages are: bookmarks of them are still about.
export { default, generateMetadata } from '../../../login/page';
