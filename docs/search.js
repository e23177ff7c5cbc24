// How the search of the site sorts its results: what a reader wants to do comes before lists of names and of changes.
// Sphinx puts this file into searchtools.js (html_search_scorer); the numbers without a comment are its own.
var Scorer = {
  // Pages by their folder. A word in the text counts 5, in a title up to 15.
  folders: [
    ["how-to/", 4],
    ["tutorial/", 3],
    ["cli/", 3],
    ["porting/", 5],
    ["reference/api/", -6],
    ["reference/", 4],
    ["project/changelog", -12],
    ["project/", -3],
  ],

  score: ([docname, title, anchor, descr, score]) => {
    const found = Scorer.folders.find(([folder]) => docname.startsWith(folder));
    return score + (found ? found[1] : 0);
  },

  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
