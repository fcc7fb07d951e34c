import { Select } from 'antd'
import { ratings, type OptionScale, type Rating } from '../../foundation/rating.ts'
import { ratingWords } from '../words.ts'
import { scales } from './content.ts'

const figures = ['1', '2', '3', '4', '5', '6', '7', '8', '9']
const none = 'none'

/** What each figure means that a citizen may reply. */
export function ScaleField({
  scale,
  onChange,
}: {
  scale: OptionScale
  onChange: (scale: OptionScale) => void
}) {
  const asked = figures.filter((figure) => figure in scale)
  const next = figures.find((figure) => !(figure in scale))
  const change = (figure: string, rating: Rating | typeof none) => {
    const { [figure]: _, ...others } = scale
    onChange(rating === none ? others : { ...others, [figure]: rating })
  }
  return (
    <div className="scale" role="group" aria-label="选项">
      {asked.map((figure) => (
        <span key={figure}>
          <b>{figure}</b>
          <Select<Rating | typeof none>
            aria-label={`回复 ${figure}`}
            value={scale[figure]!}
            onChange={(rating) => change(figure, rating)}
            options={[
              ...ratings.map((rating) => ({ value: rating, label: ratingWords[rating] })),
              { value: none, label: '去掉这一项' },
            ]}
            style={{ width: '8rem' }}
          />
        </span>
      ))}
      <Select
        aria-label="常用选项"
        placeholder="换成常用的一套…"
        value={null}
        onChange={(name: string) => onChange(scales[name]!)}
        options={Object.keys(scales).map((name) => ({ value: name, label: name }))}
        style={{ width: '10rem' }}
      />
      {next && (
        <button type="button" className="link" onClick={() => change(next, 'dissatisfied')}>
          加一项
        </button>
      )}
    </div>
  )
}
