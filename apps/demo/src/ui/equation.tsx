import { type ComponentChildren, Fragment } from 'preact';
import type { Picture } from '../pictures/picture';
import { Pixels } from './pixels';

/** A picture in the place of a letter. */
export type Term = {
  /** What stands before it. */
  readonly sign?: string;
  /** What it is multiplied by; `symbol` stands before the number. */
  readonly factor?: { readonly symbol?: ComponentChildren; readonly value: number; readonly label: string };
  readonly picture: Picture;
  /** What a screen reader says of the picture. */
  readonly label: string;
  readonly caption: ComponentChildren;
};

/**
 * An equation with pictures for letters. 'result': what it makes is larger than what it is made of; 'sum': on small screens its
 * terms take several rows; 'row': all are alike, in one row.
 */
export function Equation({ terms, layout }: { terms: readonly Term[]; layout: 'result' | 'sum' | 'row' }) {
  const hasFactors = terms.some(({ factor }) => factor);
  return (
    <div class={`equation ${layout}${terms[0]?.sign ? ' signed' : ''}`} style={{ '--terms': terms.length }}>
      {terms.map(({ sign, factor, picture, label, caption }, i) => (
        <Fragment key={i}>
          {sign && (
            <span class="sign" aria-hidden="true">
              {sign}
            </span>
          )}
          <figure>
            {factor ? (
              <div class="factor">
                {factor.symbol && <>{factor.symbol} = </>}
                <output aria-label={factor.label} aria-live="off">
                  {factor.value.toFixed(3).replace('-', '−')}
                </output>{' '}
                ×
              </div>
            ) : (
              hasFactors && layout !== 'result' && <div class="factor">{'\u00a0'}</div>
            )}
            <Pixels picture={picture} label={label} />
            <figcaption>{caption}</figcaption>
          </figure>
        </Fragment>
      ))}
    </div>
  );
}
