import { useMemo } from 'preact/hooks';
import { diffuse } from './forward/diffuse';
import { seededNormals } from './forward/noise';
import { noiseSchedule } from './forward/noise-schedules';
import { drawnPictures } from './pictures/drawn';
import { paintPicture } from './pictures/picture';
import { usePaints } from './ui/paints';
import { Pixels } from './ui/pixels';
import { page } from './words/page';

const SIDE = 20;
const STOPS = [980, 720, 560, 420, 280, 140, 0];

export function Masthead() {
  const isPainted = usePaints(1) > 0;
  const frames = useMemo(() => {
    if (!isPainted) return [];
    const eps = seededNormals(11, SIDE * SIDE * 3);
    const x0 = paintPicture(drawnPictures[1].paint, SIDE);
    return STOPS.map((t) => diffuse(noiseSchedule('cosine', false), t, x0, eps));
  }, [isPainted]);
  return (
    <header class="masthead">
      <div class="page">
        <div>
          <h1>{page.product}</h1>
          <p>{page.tagline}</p>
        </div>
        <div class="emergence" aria-hidden="true">
          {frames.map((picture, i) => (
            <Pixels key={STOPS[i]} picture={picture} />
          ))}
        </div>
      </div>
    </header>
  );
}
