// The operator's page around a card, as a tree that the card is put into: its markup is read and written anew, so that nothing in it
// ends what it stands in.
import { type DOMNode, domToReact, type Element, htmlToDOM } from 'html-react-parser';
import type { Surroundings } from '@/components/frame';
import { OWN, WIDGET } from '@/lib/login/confined-markup';
import { AUTO_LAYOUT, type RenderedPage } from '@/lib/login/page-template';

export function surroundingsOf({ markup, styles, bodyClass }: RenderedPage): Surroundings {
  return {
    styles,
    bodyClass,
    place: bodyClass.split(' ').includes(OWN + AUTO_LAYOUT) ? 'middle' : 'given',
    around(card) {
      const nodes = htmlToDOM(markup) as DOMNode[];
      markWay(nodes);
      return domToReact(nodes, {
        replace: (node) => (isWidget(node) ? card : undefined),
      });
    },
  };
}

// By their form: the two halves of the library may have a class each.
const isElement = (node: object): node is Element => 'attribs' in node;
const isWidget = (node: object) => isElement(node) && node.name === WIDGET;

/** Marks what the card lies in: none of it may lie below anything else (app/globals.css). True where the card is among the nodes. */
function markWay(nodes: readonly DOMNode[]): boolean {
  return nodes.some((node) => {
    if (isWidget(node)) return true;
    if (!isElement(node) || !markWay(node.children as DOMNode[])) return false;
    node.attribs['data-way'] = '';
    return true;
  });
}
