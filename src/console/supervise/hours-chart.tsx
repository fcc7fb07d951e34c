import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import type { Overview } from '../../callback/schema/lead.ts'

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer])

type Hour = Overview['hours'][number]

/** When people are reached: the share of 30 days as a line, the day's tries as bars. */
export default function HoursChart({ hours }: { hours: readonly Hour[] }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const chart = init(place.current)
    const ink = getComputedStyle(document.documentElement).getPropertyValue('--ink-soft')
    const brand = getComputedStyle(document.documentElement).getPropertyValue('--brand')
    chart.setOption({
      animation: false,
      textStyle: { color: ink },
      legend: { textStyle: { color: ink }, bottom: 0 },
      // The policy of the page forbids the markup of the usual tooltips.
      tooltip: { trigger: 'axis', renderMode: 'richText' },
      grid: { left: 44, right: 44, top: 20, bottom: 52 },
      xAxis: {
        type: 'category',
        data: hours.map(({ hour }) => `${hour}时`),
        axisLabel: { color: ink },
      },
      yAxis: [
        { type: 'value', name: '次', minInterval: 1, axisLabel: { color: ink } },
        { type: 'value', min: 0, max: 100, axisLabel: { color: ink, formatter: '{value}%' } },
      ],
      series: [
        {
          name: '当天拨打',
          type: 'bar',
          data: hours.map(({ dayAttempts }) => dayAttempts),
          itemStyle: { color: '#9db8d6' },
        },
        {
          name: '近 30 天接通率',
          type: 'line',
          yAxisIndex: 1,
          data: hours.map(({ reached, attempts }) =>
            attempts === 0 ? null : Math.round((reached / attempts) * 100),
          ),
          itemStyle: { color: brand },
          lineStyle: { width: 3 },
        },
      ],
    })
    const fit = () => chart.resize()
    addEventListener('resize', fit)
    return () => {
      removeEventListener('resize', fit)
      chart.dispose()
    }
  }, [hours])
  const table = hours
    .map(({ hour, reached, attempts }) => `${hour}时 ${reached}/${attempts}`)
    .join('，')
  return (
    <figure>
      <div ref={place} className="chart" aria-hidden="true" />
      <figcaption className="out-of-sight">各时段接通次数与拨打次数：{table}</figcaption>
    </figure>
  )
}
