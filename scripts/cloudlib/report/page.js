// SPDX-License-Identifier: MIT
// The table, the chart, the comparison and the address of the report page. No text of the data ever becomes
// HTML: every one is set as textContent.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const AREAS = { africa: "Africa", asia: "Asia", australia: "Australia and New Zealand", canada: "Canada", europe: "Europe",
                  mexico: "Mexico", "middle-east": "Middle East", "south-america": "South America", us: "United States" };
  const POINTS = ["circle", "rect", "triangle", "rectRot"];
  const MOST_COMPARED = 6;
  const UNKNOWN = "unknown";

  // --- the machines ---

  const providers = new Map(data.providers.map((provider) => [provider.name, provider]));
  const machines = data.providers.flatMap((provider) => provider.machines.map((list) => {
    const machine = Object.fromEntries(data.fields.map((field, number) => [field, list[number]]));
    machine.provider = provider.name;
    machine.id = `${provider.name}/${machine.name}`;
    return machine;
  }));
  const byId = new Map(machines.map((machine) => [machine.id, machine]));

  // What a place admits: a test of a region's number, by provider. Undefined: no region of that provider.
  function admits(place, provider) {
    if (place === "") return () => true;
    if (place.startsWith("area:")) {
      const area = place.slice(5);
      return (number) => provider.regions[number][2] === area;
    }
    const [name, region] = place.split("/");
    return name === provider.name ? (number) => provider.regions[number][0] === region : undefined;
  }

  function rowOf(machine, region, price, count) {
    const per = (figure) => price === null || !figure ? null : price[0] / figure;
    return {
      ...machine,
      row: `${machine.id}/${region}`,
      region: providers.get(machine.provider).regions[region][0],
      price: price === null ? null : price[0],
      priced_by: price === null ? "" : providers.get(machine.provider).sources[price[1]],
      count,
      per_vcpu: per(machine.vcpus),
      per_gib: per(machine.memory),
      per_gpu: per(machine.gpus),
    };
  }

  function rowsOf(place, each) {
    const rows = [];
    for (const machine of machines) {
      const inside = admits(place, providers.get(machine.provider));
      if (!inside) continue;
      const regions = machine.regions.filter(inside);
      if (!regions.length) continue;
      if (each === "region") {
        const known = new Map(machine.prices.flatMap((price) => price[2].map((region) => [region, price])));
        for (const region of regions) rows.push(rowOf(machine, region, known.get(region) ?? null, 1));
        continue;
      }
      // Prices are sorted: the first that has a region of the place is the lowest there.
      const price = machine.prices.find((one) => one[2].some((region) => regions.includes(region))) ?? null;
      const region = price === null ? regions[0] : price[2].find((one) => regions.includes(one));
      rows.push(rowOf(machine, region, price, regions.length));
    }
    return rows;
  }

  // --- figures as text ---

  const dollars = (value) => value === null ? UNKNOWN
    : `$${value.toFixed(value < 0.01 ? 5 : 4).replace(/(\.\d\d\d*?)0+$/, "$1")}`;
  const figure = (value) => value === null ? UNKNOWN : String(value);
  const fact = (value) => value === null ? UNKNOWN : value === true ? "yes" : value === false ? "no" : String(value);
  const generation = (value) => value === null ? UNKNOWN : value ? "current" : "previous";

  function shown(text) {
    return (cell) => {
      const value = text(cell.getValue());
      const element = cell.getElement();
      element.classList.toggle("unknown", value === UNKNOWN);
      return document.createTextNode(value);
    };
  }

  // --- filters: figures by range, texts by a part of them ---

  function inRange(asked, value) {
    const range = /^\s*(\d*\.?\d*)\s*(\.\.)?\s*(\d*\.?\d*)\s*$/.exec(asked);
    if (!range || !(range[1] || range[3])) return true;
    if (value === null) return false;
    const low = range[1] === "" ? -Infinity : Number(range[1]);
    const high = range[2] ? (range[3] === "" ? Infinity : Number(range[3])) : low;
    return value >= low && value <= high;
  }

  const part = (text) => (asked, value) => text(value).toLowerCase().includes(asked.trim().toLowerCase());

  // --- the table ---

  function column(field, title, text, width, more = {}) {
    const isFigure = [dollars, figure].includes(text);
    return {
      field, title, minWidth: width, widthGrow: isFigure ? 0 : 1, headerFilter: "input",
      formatter: shown(text), headerFilterFunc: isFigure ? inRange : part(text),
      headerFilterPlaceholder: isFigure ? ".." : "", headerWordWrap: true,
      headerFilterParams: { elementAttributes: { "aria-label": `Filter by ${title}` } },
      sorter: isFigure ? "number" : "alphanum", sorterParams: { alignEmptyValues: "bottom" },
      hozAlign: isFigure ? "right" : "left", cssClass: isFigure ? "figure" : "",
      accessorDownload: (value) => safe(value === null ? UNKNOWN : text === fact || text === generation ? text(value) : value),
      tooltip: false, download: true, ...more,
    };
  }

  // A spreadsheet takes a text that begins so for a formula.
  const safe = (value) => typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;

  function button(text, label, action) {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = text;
    element.setAttribute("aria-label", label);
    element.addEventListener("click", (event) => { event.stopPropagation(); action(); });
    return element;
  }

  const compared = new Set();

  function comparisonBox(cell) {
    const machine = cell.getData();
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = compared.has(machine.id);
    box.setAttribute("aria-label", `Compare ${machine.name}`);
    box.addEventListener("change", () => {
      if (box.checked && compared.size === MOST_COMPARED) box.checked = false;
      else if (box.checked) compared.add(machine.id);
      else compared.delete(machine.id);
      showCompared();
      keepAddress();
    });
    return box;
  }

  const text = (value) => String(value);
  const yes = (name) => ({ headerFilter: "list", headerFilterParams: {
    values: { "": "any", yes: "yes", no: "no", unknown: UNKNOWN }, elementAttributes: { "aria-label": `Filter by ${name}` } },
    headerFilterFunc: (asked, value) => asked === "" || fact(value) === asked });
  const columns = [
    { formatter: "responsiveCollapse", width: 30, minWidth: 30, headerSort: false, hozAlign: "center", responsive: 0, download: false },
    { title: "", field: "compare", formatter: comparisonBox, width: 36, headerSort: false, responsive: 0, download: false,
      titleFormatter: () => { const s = document.createElement("span"); s.textContent = "⇆"; s.setAttribute("aria-label", "Compare"); return s; } },
    column("name", "Machine", text, 150, { responsive: 0 }),
    column("price", "USD/h", dollars, 84, { responsive: 0, tooltip: (_, cell) => cell.getData().priced_by }),
    column("vcpus", "vCPUs", figure, 70, { responsive: 1 }),
    column("memory", "GiB", figure, 74, { responsive: 1 }),
    column("provider", "Provider", text, 90, { responsive: 2 }),
    column("region", "Region", text, 110, { responsive: 3 }),
    column("count", "Regions", figure, 74, { responsive: 6 }),
    column("gpu", "GPU or accelerator", text, 150, { responsive: 4 }),
    column("gpus", "GPUs", figure, 64, { responsive: 6 }),
    column("gpu_memory", "GPU GiB", figure, 74, { responsive: 7 }),
    column("disks", "Local disks", text, 140, { responsive: 5 }),
    column("nvme_gb", "NVMe GB", figure, 80, { responsive: 7 }),
    column("arch", "Arch", text, 96, { responsive: 5 }),
    column("per_vcpu", "$/vCPU", dollars, 80, { responsive: 7 }),
    column("per_gib", "$/GiB", dollars, 80, { responsive: 7 }),
    column("per_gpu", "$/GPU", dollars, 80, { responsive: 7 }),
    column("network", "Network", text, 110, { responsive: 8 }),
    column("kvm", "KVM", fact, 70, { responsive: 8, ...yes("KVM") }),
    column("metal", "Bare metal", fact, 80, { responsive: 8, ...yes("bare metal") }),
    column("boot", "Boot", text, 100, { responsive: 9 }),
    column("category", "Category", text, 120, { responsive: 9 }),
    column("family", "Family", text, 90, { responsive: 9 }),
    column("current", "Generation", generation, 90, { responsive: 9 }),
    { title: "Defconfig", field: "row", width: 84, headerSort: false, responsive: 1, download: false,
      formatter: (cell) => button("Copy", `Copy ${cell.getData().name} as a defconfig`, () => copy(cell.getData())) },
  ];
  const sortable = new Set(columns.filter((one) => one.sorter).map((one) => one.field));

  let ready = false;
  let drawing;
  let table;

  function fill() {
    const place = $("place").value;
    const rows = rowsOf(place, $("rows").value);
    table.replaceData(rows).then(() => { redrawAll(); keepAddress(); });
  }

  function redrawAll() {
    const active = table.getData("active");
    const unpriced = active.filter((row) => row.price === null).length;
    const noun = $("rows").value === "region" ? "rows" : "machines";
    $("count").textContent = `${active.length.toLocaleString("en")} of ${table.getDataCount().toLocaleString("en")} ${noun}`
      + (unpriced ? `; the price of ${unpriced.toLocaleString("en")} is not known` : "");
    clearTimeout(drawing);
    drawing = setTimeout(() => drawChart(active));
  }

  // --- the chart ---

  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // A canvas cannot resolve light-dark(): let the style sheet do it.
  function color(name) {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const resolved = getComputedStyle(probe).color;
    probe.remove();
    return resolved || style(name);
  }

  let chart;

  function drawChart(rows) {
    const across = $("across").value;
    const unit = across === "vcpus" ? "vCPUs" : "memory, GiB";
    const datasets = data.providers.map((provider, number) => ({
      label: provider.title,
      data: rows.filter((row) => row.provider === provider.name && row.price !== null)
        .map((row) => ({ x: row[across], y: row.price, row: row.row, name: row.name, region: row.region })),
      pointStyle: POINTS[number % POINTS.length], radius: 4, hoverRadius: 7,
      borderColor: color(`--${provider.name}`), backgroundColor: color(`--${provider.name}`),
    })).filter((dataset) => dataset.data.length);
    const axis = (title) => ({ type: "logarithmic", title: { display: true, text: title, color: color("--text") },
      ticks: { color: color("--soft"), callback: plain }, grid: { color: color("--line") } });
    const options = {
      animation: false, normalized: true, maintainAspectRatio: false,
      scales: { x: axis(unit), y: axis("USD per hour") },
      plugins: {
        legend: { labels: { color: color("--text"), usePointStyle: true, boxHeight: 7 } },
        tooltip: { callbacks: { label: ({ raw }) => `${raw.name}, ${raw.region}: ${dollars(raw.y)}/h, ${raw.x} ${across === "vcpus" ? "vCPUs" : "GiB"}` } },
      },
      onClick: (_, points) => { if (points.length) point(datasetOf(points[0]).row); },
    };
    if (chart) {
      chart.data.datasets = datasets;
      chart.options = options;
      chart.update();
    } else {
      chart = new Chart($("chart"), { type: "scatter", data: { datasets }, options });
    }
    $("chart").setAttribute("aria-label", `Scatter chart of USD per hour against ${unit}: `
      + (datasets.map((one) => `${one.data.length} of ${one.label}`).join(", ") || "no machine with a known price"));
  }

  const datasetOf = (point) => chart.data.datasets[point.datasetIndex].data[point.index];

  // A logarithmic axis names 1, 2 and 5 of each power of ten.
  function plain(value) {
    const digit = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
    return [1, 2, 5].some((one) => Math.abs(digit - one) < 1e-6) ? String(Number(value.toPrecision(3))) : null;
  }

  let pointed;

  function point(row) {
    const found = table.getRow(row);
    if (!found) return;
    table.scrollToRow(found, "center", true).then(() => {
      if (pointed) pointed.getElement().classList.remove("pointed");
      pointed = found;
      found.getElement().classList.add("pointed");
      found.getElement().scrollIntoView({ block: "nearest" });
    });
  }

  // --- side by side ---

  function showCompared() {
    $("compare").textContent = compared.size ? `Compare ${compared.size}` : "Compare";
    $("compare").disabled = compared.size < 2;
  }

  function compareThem() {
    const rows = [...compared].map((id) => table.getData().find((row) => row.id === id)
      ?? rowsOf("", "machine").find((row) => row.id === id));
    const body = document.createElement("tbody");
    for (const one of columns.filter((each) => sortable.has(each.field) && each.field !== "name")) {
      const values = rows.map((row) => textOf(one.field, row[one.field]));
      const line = body.insertRow();
      line.className = new Set(values).size > 1 ? "differs" : "";
      line.append(head(one.title, "row"));
      for (const value of values) {
        const cell = line.insertCell();
        cell.textContent = value;
        cell.className = [value === UNKNOWN ? "unknown" : "", typeof rows[0][one.field] === "number" ? "figure" : ""].join(" ").trim();
      }
    }
    const shownTable = document.createElement("table");
    const top = shownTable.createTHead().insertRow();
    top.append(head("", "col"), ...rows.map((row) => head(row.name, "col")));
    shownTable.append(body);
    $("comparison-table").replaceChildren(shownTable);
    $("comparison").showModal();
  }

  function head(title, scope) {
    const cell = document.createElement("th");
    cell.scope = scope;
    cell.textContent = title;
    return cell;
  }

  function textOf(field, value) {
    if (field === "price" || field.startsWith("per_")) return dollars(value);
    return field === "current" ? generation(value) : fact(value);
  }

  // --- a defconfig ---

  function defconfig(row) {
    const symbols = providers.get(row.provider).symbols;
    return `CONFIG_${symbols.type}="${row.name}"\nCONFIG_${symbols.region}="${row.region}"\n`;
  }

  async function copy(row) {
    const area = $("copied-text");
    area.value = defconfig(row);
    $("copied-title").textContent = `Defconfig of ${row.name} in ${row.region}`;
    $("copied-status").textContent = "";
    $("copied").showModal();
    area.select();
    try {
      await navigator.clipboard.writeText(area.value);
      $("copied-status").textContent = "It is in the clipboard.";
    } catch {
      $("copied-status").textContent = "The browser did not allow copying: press Ctrl-C.";
    }
  }

  // --- the address: a link shows the same ---

  function keepAddress() {
    if (!ready) return;
    const kept = new URLSearchParams();
    const keep = (name, value, unless = "") => { if (value !== unless) kept.set(name, value); };
    keep("in", $("place").value);
    keep("rows", $("rows").value, "machine");
    keep("group", $("group").value);
    const [sorter] = table.getSorters();
    if (sorter) keep("sort", `${sorter.field}:${sorter.dir}`, "price:asc");
    for (const { field, value } of table.getHeaderFilters()) keep(`f-${field}`, value);
    keep("compare", [...compared].join(","));
    keep("across", $("across").value, "vcpus");
    const text = kept.toString();
    if (location.hash.slice(1) !== text) history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }

  function choose(id, value) {
    const element = $(id);
    element.value = value;
    if (element.selectedIndex < 0) element.selectedIndex = 0;
  }

  function readAddress() {
    ready = false;
    const asked = new URLSearchParams(location.hash.slice(1));
    choose("place", asked.get("in") ?? "");
    choose("rows", asked.get("rows") ?? "machine");
    choose("group", asked.get("group") ?? "");
    choose("across", asked.get("across") ?? "vcpus");
    compared.clear();
    for (const id of (asked.get("compare") ?? "").split(",")) if (byId.has(id) && compared.size < MOST_COMPARED) compared.add(id);
    showCompared();
    const [field, direction] = (asked.get("sort") ?? "price:asc").split(":");
    return table.replaceData(rowsOf($("place").value, $("rows").value)).then(() => {
      table.setGroupBy($("group").value || false);
      for (const one of sortable) table.setHeaderFilterValue(one, asked.get(`f-${one}`) ?? "");
      table.setSort(sortable.has(field) ? field : "price", direction === "desc" ? "desc" : "asc");
      ready = true;
      redrawAll();
      keepAddress();
    });
  }

  // --- what people operate ---

  function offerPlaces() {
    const option = (value, label) => new Option(label, value);
    const areas = [...new Set(data.providers.flatMap((provider) => provider.regions.map((region) => region[2])))].filter(Boolean).sort();
    const group = (label, options) => {
      const element = document.createElement("optgroup");
      element.label = label;
      element.append(...options);
      return element;
    };
    $("place").append(option("", "anywhere"),
      group("Part of the world", areas.map((area) => option(`area:${area}`, AREAS[area] ?? area))),
      ...data.providers.map((provider) => group(provider.title, provider.regions.map(
        ([name, long]) => option(`${provider.name}/${name}`, long ? `${name}  ${long}` : name)))));
  }

  function setTheme() {
    const dark = $("theme").getAttribute("aria-pressed") !== "true";
    $("theme").setAttribute("aria-pressed", String(dark));
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    redrawAll();
  }

  // The titles of columns sort with Enter and Space too.
  function keysSort() {
    for (const one of table.getColumns()) {
      if (!sortable.has(one.getField())) continue;
      const element = one.getElement();
      element.tabIndex = 0;
      element.addEventListener("keydown", (event) => {
        if (event.target !== element || !["Enter", " "].includes(event.key)) return;
        event.preventDefault();
        const [now] = table.getSorters();
        table.setSort(one.getField(), now?.field === one.getField() && now.dir === "asc" ? "desc" : "asc");
      });
    }
  }

  function start() {
    offerPlaces();
    $("theme").setAttribute("aria-pressed", String(matchMedia("(prefers-color-scheme: dark)").matches));
    table = new Tabulator("#table", {
      columns, data: [], index: "row", height: "60vh", layout: "fitColumns", placeholder: "No machine is like that.",
      responsiveLayout: "collapse", responsiveLayoutCollapseStartOpen: false,
      responsiveLayoutCollapseFormatter: details, headerSortElement: headerSort,
      groupHeader: (value, count) => document.createTextNode(`${fact(value) || "none"} (${count})`),
      downloadConfig: { rowGroups: false }, groupStartOpen: (value, count) => count <= 20, headerFilterLiveFilterDelay: 250, initialSort: [{ column: "price", dir: "asc" }],
    });
    table.on("tableBuilt", () => {
      keysSort();
      readAddress().then(() => {
        document.documentElement.dataset.ready = "yes";
        table.on("dataFiltered", () => setTimeout(() => { redrawAll(); keepAddress(); }));
        table.on("dataSorted", () => setTimeout(keepAddress));
      });
    });
    $("place").addEventListener("change", fill);
    $("rows").addEventListener("change", fill);
    $("group").addEventListener("change", () => { table.setGroupBy($("group").value || false); keepAddress(); });
    $("across").addEventListener("change", () => { redrawAll(); keepAddress(); });
    $("clear").addEventListener("click", () => { table.clearHeaderFilter(); });
    $("export").addEventListener("click", () => table.download("csv", "cloud-machines.csv", { bom: true }));
    $("compare").addEventListener("click", compareThem);
    $("theme").addEventListener("click", setTheme);
    addEventListener("hashchange", readAddress);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
  }

  const headerSort = (_, direction) => ({ asc: "▲", desc: "▼" })[direction] ?? "";

  function details(pairs) {
    const list = document.createElement("table");
    for (const { title, value } of pairs) {
      if (!title) continue;
      const line = list.insertRow();
      line.append(head(title, "row"));
      line.insertCell().append(value instanceof Node ? value : fact(value));
    }
    return list;
  }

  start();
})();
