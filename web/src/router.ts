import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import HomePage from './pages/home/HomePage.vue'
import { useView } from './stores/view'

// The home page comes with the first load; every other page is a chunk of its own.
const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: HomePage },
  { path: '/stand/:measure', name: 'stand', component: HomePage },
  { path: '/explain', name: 'explain', component: () => import('./pages/explain/ExplainPage.vue') },
  { path: '/evidence', name: 'evidence', component: () => import('./pages/evidence/EvidencePage.vue') },
  { path: '/law', name: 'law', component: () => import('./pages/law/LawPage.vue') },
  { path: '/law/diff', name: 'law-diff', component: () => import('./pages/law/DiffPage.vue') },
  { path: '/law/doubts', name: 'law-doubts', component: () => import('./pages/law/DoubtsPage.vue') },
  { path: '/law/missing', name: 'law-missing', component: () => import('./pages/law/MissingLawPage.vue') },
  { path: '/law/record', name: 'law-record', component: () => import('./pages/law/RecordPage.vue') },
  { path: '/law/standard/:number(.*)', name: 'law-standard', component: () => import('./pages/law/StandardPage.vue') },
  { path: '/law/:key', name: 'law-key', component: () => import('./pages/law/KeyPage.vue') },
  { path: '/calc/:name?', name: 'calc', component: () => import('./pages/calc/CalcPage.vue') },
  { path: '/what-if', name: 'what-if', component: () => import('./pages/whatif/WhatIfPage.vue') },
  { path: '/packets', name: 'packets', component: () => import('./pages/packets/PacketsPage.vue') },
  { path: '/sign-in', name: 'sign-in', component: () => import('./pages/signin/SignInPage.vue') },
  { path: '/account', name: 'account', component: () => import('./pages/account/AccountPage.vue') },
  { path: '/admin', name: 'admin', component: () => import('./pages/account/AdminPage.vue') },
  { path: '/rooms', name: 'rooms', component: () => import('./pages/room/RoomsPage.vue') },
  { path: '/rooms/calendar', name: 'room-calendar', component: () => import('./pages/room/CalendarPage.vue') },
  { path: '/rooms/:pack', name: 'room', component: () => import('./pages/room/RoomPage.vue') },
  { path: '/rooms/:pack/register/:of', name: 'register', component: () => import('./pages/room/RegisterPage.vue') },
  { path: '/rooms/:pack/case/:of', name: 'cases', component: () => import('./pages/room/CasesPage.vue') },
  { path: '/rooms/:pack/case/:of/:id', name: 'case', component: () => import('./pages/room/CasePage.vue') },
  { path: '/rooms/:pack/score/:of', name: 'score', component: () => import('./pages/room/ScorePage.vue') },
  { path: '/rooms/:pack/ledger/:of', name: 'ledger', component: () => import('./pages/room/LedgerPage.vue') },
  { path: '/:rest(.*)*', name: 'missing', component: () => import('./pages/MissingPage.vue') },
]

export const router = createRouter({
  history: createWebHistory('/'),
  routes,
  scrollBehavior(to, from, saved) {
    if (saved) return saved
    const home = (name: unknown) => name === 'home' || name === 'stand'
    // Opening a stand leaves the text where it is.
    if (home(to.name) && home(from.name)) return false
    return { top: 0 }
  },
})

// The view (data day, what-if law) goes from page to page unless an address states its own.
router.beforeEach((to, from) => {
  const view = useView()
  const carried = from.matched.length ? view.carried() : {}
  const lacks = Object.keys(carried).some((key) => !(key in to.query))
  if (lacks) return { ...to, query: { ...carried, ...to.query } }
  view.follow(to)
  return true
})
