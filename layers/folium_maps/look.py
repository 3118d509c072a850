"""The stylesheet and the patterns of the pages."""

PATTERNS = """
<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
<pattern id="crossed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<path d="M0 3h6M3 0v6" stroke="var(--f-o)" stroke-width="1"/></pattern>
<pattern id="dotted" width="6" height="6" patternUnits="userSpaceOnUse">
<circle cx="3" cy="3" r="1.5" fill="var(--f-g)"/></pattern>
<pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<path d="M0 3h6" stroke="var(--f-t)" stroke-width="2"/></pattern>
<pattern id="unsure" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<path d="M0 2.5h5" stroke="var(--f-on)" stroke-width="1.8"/></pattern>
</defs></svg>
"""

LOOK = """
body{font:14px/20px -apple-system,BlinkMacSystemFont,'PingFang SC','HarmonyOS Sans SC',
'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei',sans-serif;color:var(--f-i);font-synthesis:none}
body .leaflet-container{background:var(--m-land);font:inherit}
:focus-visible{outline:2px solid var(--m-mine);outline-offset:2px}
.fault b,.disc{display:grid;place-items:center;flex:none;width:20px;height:20px;border-radius:50%;
background:var(--f-i);color:var(--f-on);font-size:12px;font-weight:600;font-style:normal}
.fault b{position:absolute;left:14px;top:-34px;box-shadow:0 0 0 2px var(--f-on)}
.fault::before{content:"";position:absolute;width:22px;height:1.5px;background:var(--f-i);
transform-origin:0 0;transform:rotate(-45deg)}
.overlaps b,.disc.overlaps{background:var(--f-o)} .gaps b,.disc.gaps{background:var(--f-g)}
.slivers b,.edges b,.disc.slivers,.disc.edges{background:var(--f-s)}
.outside b,.disc.outside{background:var(--f-t)}
.place .disc{position:absolute;left:-12px;top:-12px;width:24px;height:24px;box-shadow:0 0 0 2px var(--f-on)}
.disc.dashed{background:var(--f-on);color:var(--f-i);border:1.5px dashed var(--f-i)}
.panel,.card,.time{position:absolute;z-index:1000;right:12px;background:var(--f-on);border-radius:12px;
box-shadow:0 4px 12px rgba(27,30,35,.12)}
.panel{top:12px;width:340px;max-height:calc(100% - 24px);overflow:auto}
.panel h1{margin:16px 16px 4px;font-size:18px;line-height:24px}
.panel>p{margin:0 16px 12px}
.panel ol{list-style:none;margin:0;padding:0}
.panel button{display:flex;gap:10px;width:100%;padding:10px 16px;border:0;
border-top:1px solid var(--m-bed);background:none;font:inherit;color:inherit;text-align:left}
.panel button:hover{background:var(--m-urban);cursor:pointer}
.panel button:focus-visible{outline-offset:-2px}
.panel b{display:block;font-weight:600}
.panel small,.card p,.card span,.key,.claims small{font-size:12px;line-height:16px;color:var(--m-text-2)}
.card{bottom:12px;box-sizing:border-box;width:300px;max-width:calc(100% - 24px);padding:12px 16px}
.card header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 12px}
.card h1{margin:0;font-size:14px;line-height:20px;font-weight:600}
.card p{margin:4px 0 0}
.key{display:flex;list-style:none;margin:8px 0;padding:0;font-variant-numeric:tabular-nums}
.key li{flex:1}
.key i{display:block;height:10px;margin-bottom:2px}
.key li:first-child i{border-radius:3px 0 0 3px} .key li:last-child i{border-radius:0 3px 3px 0}
.time{left:12px;bottom:12px;display:grid;grid-template-columns:auto 1fr;gap:4px 16px;align-items:center;padding:12px 16px}
.time~.card,.card:has(~.time){bottom:112px}
.time button{grid-row:1/4;width:44px;height:44px;border:1px solid var(--m-bed);border-radius:8px;background:none;
font:inherit;font-size:16px;color:inherit;cursor:pointer}
.time svg{display:block;width:100%;height:32px;fill:var(--m-cell)} .time .now{fill:var(--m-mine)}
.time input{width:100%;margin:0;accent-color:var(--m-mine)}
.time output{font-size:13px;font-variant-numeric:tabular-nums}
.claims{margin:0} .claims dt{font-weight:600;margin-top:8px} .claims dd{margin:0}
.claims small{display:block}
body .leaflet-popup-content-wrapper,body .leaflet-popup-tip,body .leaflet-tooltip,
body .leaflet-bar a{background:var(--f-on);color:var(--f-i);border-color:var(--m-bed)}
body .leaflet-tooltip::before{display:none}
.leaflet-popup-content{font:inherit;margin:16px} .leaflet-popup-content h2{margin:0;font-size:16px;line-height:24px}
@media (max-width:639px){.panel{top:auto;left:0;right:0;bottom:0;width:auto;max-height:45%;border-radius:12px 12px 0 0}}
"""
